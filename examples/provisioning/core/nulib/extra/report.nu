# Tables of the catalog for people.
use ../catalog.nu

export def markdown [kind: string] {
  catalog list $kind | select name description | to md
}
