/** This page's own subscriptions and messages. */
import { part } from '../ui/part';
import type { ConsoleClient } from './client';

export const [ConsoleProvider, useConsole] = part<ConsoleClient>('the console');
