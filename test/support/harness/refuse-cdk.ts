import { registerHooks } from 'node:module';

/** For `node --import`: a program that loads CDK, which takes as long as all else of a command, fails. */
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith('aws-cdk-lib')) throw new Error(`${context.parentURL} loads ${specifier}`);
    return next(specifier, context);
  },
});
