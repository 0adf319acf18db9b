/**
 * Makes calls of the catalogue out of the words in the code: `t`, `plural` and `Trans` are macros.
 *
 * The English words stay in the code, already parsed, so English needs no catalogue and the page no
 * parser. Only files that import a macro pass through Babel.
 */
import { transformAsync, types } from '@babel/core';
import type { PluginObj } from '@babel/core';
import macros from '@lingui/babel-plugin-lingui-macro';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const MARK = 'i18n';

export function words(): Plugin {
  return {
    name: 'sightline-words',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/, code: /@lingui\/(core|react)\/macro/ },
      async handler(code, id) {
        const made = await transformAsync(code, {
          filename: id,
          babelrc: false,
          configFile: false,
          sourceMaps: true,
          parserOpts: { plugins: id.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'] },
          plugins: [[macros, { stripMessageField: false }], parsed],
        });
        return { code: made?.code ?? code, map: made?.map ?? null };
      },
    },
  };
}

/** Parses the message of each call now, as a catalogue's messages are when it is built. */
function parsed(): PluginObj {
  return {
    visitor: {
      Program: {
        exit(program) {
          program.traverse({
            ObjectExpression({ node }) {
              if (!node.leadingComments?.some(({ value }) => value.trim() === MARK)) return;
              for (const property of node.properties) {
                if (!types.isObjectProperty(property)) continue;
                const { key, value } = property;
                if (!types.isIdentifier(key, { name: 'message' })) continue;
                if (!types.isStringLiteral(value)) continue;
                property.value = types.valueToNode(compileMessage(value.value));
              }
            },
          });
        },
      },
    },
  };
}
