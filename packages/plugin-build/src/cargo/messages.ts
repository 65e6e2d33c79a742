interface Message {
  readonly reason?: unknown;
  readonly executable?: unknown;
  readonly target?: { readonly kind?: unknown };
}

/** Programs that `cargo build --message-format=json` says it made, sorted. Lines of others, as of build scripts, are passed over. */
export function executables(stdout: string): readonly string[] {
  const found = stdout.split('\n').flatMap((line) => {
    const { reason, executable, target } = parse(line);
    const isBin = Array.isArray(target?.kind) && target.kind.includes('bin');
    return reason === 'compiler-artifact' && isBin && typeof executable === 'string' ? [executable] : [];
  });
  return [...new Set(found)].sort();
}

function parse(line: string): Message {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as Message;
  } catch {
    return {};
  }
}
