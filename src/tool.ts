import manifest from '../package.json' with { type: 'json' };

export const toolName = manifest.name;
export const toolVersion = manifest.version;
