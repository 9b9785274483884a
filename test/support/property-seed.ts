// Each run of the property tests uses new random values. Each file prints its seed; set PROPERTY_SEED in the
// environment to repeat a run.

import { configureGlobal } from "fast-check";

const { PROPERTY_SEED: given } = process.env;
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

configureGlobal({ seed });
console.log(`property tests: PROPERTY_SEED=${seed}`);
