import { Body, Controller, HttpCode, Post, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuthenticationService, REFRESH_TOKEN_DAYS } from './authentication.service.js';
import type { Session } from './authentication.service.js';

const COOKIE = 'argosy_refresh';
const credentials = z.object({ email: z.string().min(1).max(320), password: z.string().min(1).max(1024) });

/** Logging in is HTTP, not GraphQL: the refresh token lives in a cookie that no script can read. */
@Controller('auth')
export class AuthenticationController {
  constructor(private readonly authentication: AuthenticationService) {}

  @Post('login')
  @HttpCode(200)
  async logIn(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<{ accessToken: string }> {
    const parsed = credentials.safeParse(body);
    const session = parsed.success
      ? await this.authentication.logIn(parsed.data.email, parsed.data.password)
      : undefined;
    if (!session) throw new UnauthorizedException('Wrong email or password.');
    return this.answer(session, response);
  }

  @Post('refresh')
  @HttpCode(200)
  async refresh(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ accessToken: string }> {
    const token = (request.cookies as Record<string, string> | undefined)?.[COOKIE];
    const session = token === undefined ? undefined : await this.authentication.refresh(token);
    if (!session) throw new UnauthorizedException('Not logged in, or the login has expired.');
    return this.answer(session, response);
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = (request.cookies as Record<string, string> | undefined)?.[COOKIE];
    if (token !== undefined) await this.authentication.logOut(token);
    response.clearCookie(COOKIE, { path: '/auth' });
  }

  private answer({ accessToken, refreshToken }: Session, response: Response): { accessToken: string } {
    response.cookie(COOKIE, refreshToken, {
      httpOnly: true,
      sameSite: 'strict',
      secure: response.req.secure,
      path: '/auth',
      maxAge: REFRESH_TOKEN_DAYS * 86_400_000,
    });
    return { accessToken };
  }
}
