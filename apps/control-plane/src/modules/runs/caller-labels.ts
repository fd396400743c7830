import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';
import { AccessRepository } from '../access/access.repository.js';
import type { RequestContext } from '../access/request-context.js';

export type Labels = Readonly<Record<string, string>>;

const PREFIX = 'workflows.argoproj.io/';
const LONGEST = 63;

/**
 * Labels by which Argo's server says who made a workflow, and who did what to it last. What Argo calls the subject is the
 * user's or the token's id here; the address is that of the user, or of the token's owner.
 */
@Injectable()
export class CallerLabels {
  constructor(private readonly access: AccessRepository) {}

  creator(tx: Transaction, context: RequestContext): Promise<Labels> {
    return this.of(tx, context, 'creator');
  }

  /** Of what Argo has no word for, only who did it is told. */
  async actor(tx: Transaction, context: RequestContext, action: string | null): Promise<Labels> {
    return { ...(await this.of(tx, context, 'actor')), ...(action !== null && { [`${PREFIX}action`]: action }) };
  }

  private async of(tx: Transaction, { actor }: RequestContext, role: 'creator' | 'actor'): Promise<Labels> {
    const user = await this.access.user(tx, actor.userId);
    const told: Labels = {
      [`${PREFIX}${role}`]: labelValue(actor.id),
      [`${PREFIX}${role}-email`]: labelValue(user?.email.replace('@', '.at.') ?? ''),
      [`${PREFIX}${role}-preferred-username`]: labelValue(actor.name),
    };
    return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== ''));
  }
}

/** Without what somebody else said of who made it. */
export const withoutCreator = (labels: Labels = {}): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !CREATOR.test(key)));
const CREATOR = /^workflows\.argoproj\.io\/creator(-email|-preferred-username)?$/;

/** As Argo makes a text fit to be the value of a label: the end of it counts most. */
export const labelValue = (text: string): string =>
  text
    .replace(/[^-_.a-zA-Z0-9]/g, '-')
    .slice(-LONGEST)
    .replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '');
