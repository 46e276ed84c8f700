import { toolName, toolVersion } from './tool.ts';

// The first line comes before anything heavy is loaded, so that a log never looks stuck.
process.stdout.write(`${toolName} ${toolVersion}\n`);
const action = await import('./action.ts');
// The runner hands the main step's state to the post step as STATE_ variables.
await (process.env.STATE_isPost === 'true' ? action.cleanUp() : action.runAction());
