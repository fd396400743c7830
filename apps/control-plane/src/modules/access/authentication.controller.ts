import { Body, Controller, HttpCode, HttpException, Post, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { z } from 'zod';
import { LoginLimiter } from './login-limiter.js';
import { REFRESH_TOKEN_DAYS, SessionsService } from './sessions.service.js';
import type { Session } from './sessions.service.js';

const COOKIE = 'argosy_refresh';
const DAY_MS = 86_400_000;
const credentials = z.object({
  tenant: z.string().max(100).optional(),
  email: z.string().min(1).max(320),
  password: z.string().min(1).max(1024),
});

/** Logging in is HTTP, not GraphQL: the refresh token lives in a cookie that no script can read. */
@Controller('auth')
export class AuthenticationController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly limiter: LoginLimiter,
  ) {}

  @Post('login')
  @HttpCode(200)
  async logIn(
    @Body() body: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ accessToken: string }> {
    const { data } = credentials.safeParse(body);
    if (!data) throw new UnauthorizedException('Wrong email or password.');
    const address = request.ip ?? '';
    const wait = this.limiter.waitSeconds(data.email, address);
    if (wait > 0) {
      response.setHeader('retry-after', wait);
      throw new HttpException(`Too many failed logins. Try again in ${wait} seconds.`, 429);
    }
    const account = await this.sessions.verify(data);
    if (!account) {
      this.limiter.failed(data.email, address);
      throw new UnauthorizedException('Wrong email or password.');
    }
    this.limiter.succeeded(data.email);
    return this.answer(await this.sessions.open(account), response);
  }

  @Post('refresh')
  @HttpCode(200)
  async refresh(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ accessToken: string }> {
    const token = refreshTokenOf(request);
    const session = token === undefined ? undefined : await this.sessions.refresh(token);
    if (!session) {
      response.clearCookie(COOKIE, cookieOptions(request));
      throw new UnauthorizedException('Not logged in, or the login has expired.');
    }
    return this.answer(session, response);
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = refreshTokenOf(request);
    if (token !== undefined) await this.sessions.close(token);
    response.clearCookie(COOKIE, cookieOptions(request));
  }

  private answer({ accessToken, refreshToken }: Session, response: Response): { accessToken: string } {
    const options = { ...cookieOptions(response.req), maxAge: REFRESH_TOKEN_DAYS * DAY_MS };
    response.cookie(COOKIE, refreshToken, options);
    return { accessToken };
  }
}

const refreshTokenOf = (request: Request): string | undefined =>
  (request.cookies as Record<string, string | undefined> | undefined)?.[COOKIE];

const cookieOptions = (request: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'strict',
  secure: request.secure,
  path: '/auth',
});
