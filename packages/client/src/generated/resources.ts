// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../core/api-promise.ts';
import type { CallOptions } from '../core/options.ts';
import { Resource } from '../core/resource.ts';
import { Audit } from './resources/audit.ts';
import { Checkpoints } from './resources/checkpoints.ts';
import { Datasets } from './resources/datasets.ts';
import { Experiments } from './resources/experiments.ts';
import { Models } from './resources/models.ts';
import { Namespaces } from './resources/namespaces.ts';
import { Proposals } from './resources/proposals.ts';
import { System } from './resources/system.ts';
import { Tokens } from './resources/tokens.ts';
import { Uploads } from './resources/uploads.ts';
import { Verifications } from './resources/verifications.ts';
import { Versions } from './resources/versions.ts';
import type { Resolution, Whoami } from './schemas.ts';

/** All resources of the API, by name. */
export class Resources extends Resource {
  readonly audit = new Audit(this.http);
  readonly checkpoints = new Checkpoints(this.http);
  readonly datasets = new Datasets(this.http);
  readonly experiments = new Experiments(this.http);
  readonly models = new Models(this.http);
  readonly namespaces = new Namespaces(this.http);
  readonly proposals = new Proposals(this.http);
  readonly system = new System(this.http);
  readonly tokens = new Tokens(this.http);
  readonly uploads = new Uploads(this.http);
  readonly verifications = new Verifications(this.http);
  readonly versions = new Versions(this.http);

  /** Resolve a reference to a ready version and its files. */
  resolve(ref: string, options?: CallOptions): APIPromise<Resolution> {
    return this.http.send<Resolution>({ method: 'GET', url: '/v1/resolve', query: { ref }, options });
  }

  /** Read the identity and rights of the caller. */
  whoami(options?: CallOptions): APIPromise<Whoami> {
    return this.http.send<Whoami>({ method: 'GET', url: '/v1/whoami', options });
  }
}
