import { positionOf } from '../config/position.ts';
import { renderTemplate } from '../config/template.ts';
import { DistError, throwCollected } from '../errors.ts';
import type { RunContext } from './run-context.ts';
import { checkServiceTexts } from './services.ts';
import { templateFields } from './template-fields.ts';

/** Renders every template of the contents rules and of the services for every planned distribution, without looking at files. Throws all problems. */
export function checkTemplates(run: RunContext): void {
  const problems = new Map<string, DistError>();
  for (const { platform, variant } of run.plan.distributions) {
    const own = templateFields({ release: run.plan.release, platform, variant });
    const fields = { ...own, build: '' };
    for (const rule of run.product.contents) {
      const { from, to } = rule;
      if (from !== undefined) collect(problems, () => renderTemplate(from, fields, positionOf(rule, 'from'), { glob: true }));
      collect(problems, () => renderTemplate(to, fields, positionOf(rule, 'to')));
    }
    for (const service of run.product.services) collect(problems, () => checkServiceTexts(service, own));
  }
  throwCollected([...problems.values()]);
}

function collect(problems: Map<string, DistError>, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    problems.set(`${error.where?.line} ${error.message}`, error);
  }
}
