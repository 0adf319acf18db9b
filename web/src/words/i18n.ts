/**
 * The words of the page in the language that was chosen. What the macros `t` and `plural` make asks
 * here; English stands in the code, so until another catalogue is loaded it is English.
 */
import { setupI18n } from '@lingui/core';

export const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
