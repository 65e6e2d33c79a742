import { DistError, type Distribution, type Finding, type ReadSource, type ReadView } from '@provisioning-dist/core';
import type { RpmOptions } from '../options.ts';
import { TAG } from '../tags.ts';
import { compareTrees, type Expected } from './compare.ts';
import { error, findingOf, type Problem } from './findings.ts';
import { fileList, type ListedFile } from './listed.ts';
import { partsOf, signatureProblems } from './parts.ts';
import { type PayloadReading, readPayload } from './payload.ts';
import { policyProblems } from './policy.ts';
import { tagProblems } from './tags.ts';

/** Everything that is wrong with an rpm, against the distribution it was made from when that is known. */
export async function readRpm(source: ReadSource, distribution?: Distribution, view?: ReadView<RpmOptions>): Promise<readonly Finding[]> {
  const name = source.path.split(/[\\/]/).at(-1) ?? source.path;
  const problems = await problemsOf({ source, name, distribution, view });
  return problems.map((problem) => findingOf(name, problem));
}

/** What is known of the rpm beside its bytes. */
interface Reading {
  readonly source: ReadSource;
  readonly name: string;
  readonly distribution: Distribution | undefined;
  readonly view: ReadView<RpmOptions> | undefined;
}

async function problemsOf({ source, name, distribution, view }: Reading): Promise<readonly Problem[]> {
  const { parts, problems } = partsOf(source);
  if (parts === undefined) return problems;
  const { header } = parts;
  const list = fileList(header);
  const payload = await readPayload(source, parts, list.files);
  const rules = { package: header.text(TAG.name) ?? '', prefix: view?.options.prefix ?? 'usr', paths: view?.options.paths ?? {} };
  return [
    ...problems,
    ...signatureProblems(parts, view?.options.sign),
    ...tagProblems(header, { fileName: name, date: view?.date }),
    ...list.problems,
    ...payload.problems,
    ...policyProblems(list.files, { arch: header.text(TAG.arch) ?? '', contents: payload.contents, date: view?.date }),
    ...(distribution ? comparison(list.files, payload, { distribution, services: view?.services, rules }) : []),
  ];
}

/** What cannot be placed was not packaged either. */
function comparison(files: readonly ListedFile[], { contents }: PayloadReading, expected: Expected): readonly Problem[] {
  try {
    return compareTrees(files, contents, expected);
  } catch (cause) {
    if (cause instanceof DistError) return [error('distribution', cause.message)];
    throw cause;
  }
}
