export function greet(whom) {
  return `Hello, ${whom}`;
}
