# The order in which task services are installed: what one needs comes before it.
use catalog.nu

export def order [names: list<string>] {
  $names | reduce --fold [] {|name, done| visit $name $done [] }
}

def visit [name: string, done: list, path: list] {
  if $name in $done { return $done }
  if $name in $path {
    error make { msg: $"Cannot plan \"($name)\": it needs itself, by ($path | append $name | str join ' > ')" }
  }
  let needs = (catalog find taskservs $name).needs? | default []
  let before = $needs | reduce --fold $done {|need, so_far| visit $need $so_far ($path | append $name) }
  $before | append $name
}
