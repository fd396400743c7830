import pg from 'pg';
import type { EmbeddedPostgres } from './launcher.js';

const TEMPLATE = 'prepared';

/** One database that is prepared once, and copied for each test in a few milliseconds. */
export class TemplateDatabase {
  private copies = 0;

  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly admin: pg.Client,
  ) {}

  /** `prepare` gets the connection string of the superuser, and must have closed its connections when it resolves. */
  static async make(server: EmbeddedPostgres, prepare: (url: string) => Promise<void>): Promise<TemplateDatabase> {
    const admin = new pg.Client({ connectionString: server.url() });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${TEMPLATE}`);
    await prepare(server.url(TEMPLATE));
    return new TemplateDatabase(server, admin);
  }

  /** The name of a new copy. */
  async copy(): Promise<string> {
    const name = `copy_${++this.copies}`;
    // Copies files instead of writing all of them to the log; right for databases that nobody needs to recover.
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
    return name;
  }

  /** Ends the server too. */
  async close(): Promise<void> {
    await this.admin.end();
    await this.server.stop();
  }
}
