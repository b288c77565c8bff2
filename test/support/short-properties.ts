import { configureGlobal } from 'fast-check';

/** For mutation testing: a fault that random inputs do not show in this time, in ms, is left to the whole suite. */
configureGlobal({ interruptAfterTimeLimit: 1000 });
