/**
 * Replaces the SDK's search for credentials in the bundles (build.ts). A function has them in its environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html); the other ways, which it never goes, would be
 * a fifth of the bundle and a tenth of its import. Outside AWS the keys have to be in the environment too.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
