# Everything a cluster needs, in order.
use ../catalog.nu
use ../plan.nu

export def order [name: string] {
  plan order (catalog find clusters $name | get taskservs)
}
