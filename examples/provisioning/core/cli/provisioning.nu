# The command line. Libraries are found from this file.
use ../nulib/catalog.nu
use ../nulib/health.nu
use ../nulib/plan.nu

# Puts task services on servers, in order
def main [] {
  help main
}

# What there is of a kind: providers, taskservs or clusters
def "main list" [kind: string] {
  catalog list $kind | select name description | to json
}

# Task services in the order they would be installed
def "main plan" [...taskservs: string] {
  plan order $taskservs | str join "\n"
}

# Asks a service how it is
def "main health" [address: string] {
  health ask $address | to json --raw
}
