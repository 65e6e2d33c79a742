# Providers, task services and clusters are folders with one TOML file each.

const KINDS = { providers: provider, taskservs: taskserv, clusters: cluster }

# All of a kind; a distribution may have none
export def list [kind: string] {
  if $kind not-in ($KINDS | columns) {
    error make { msg: $"Cannot list \"($kind)\": kinds are ($KINDS | columns | str join ', ')" }
  }
  let folder = $env.PROVISIONING | path join $kind
  if not ($folder | path exists) { return [] }
  ls $folder | where type == dir | get name | sort | each {|entry| open ($entry | path join $"($KINDS | get $kind).toml") }
}

# One of a kind, by name
export def find [kind: string, name: string] {
  let found = list $kind | where name == $name
  if ($found | is-empty) { error make { msg: $"Cannot find \"($name)\" among the ($kind)" } }
  $found | first
}
