// Each run of the property tests looks at other values. The seed is printed once a file, and a run can be had
// again with PROPERTY_SEED=… in the environment.

import { configureGlobal } from "fast-check";

const { PROPERTY_SEED: given } = process.env;
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

configureGlobal({ seed });
console.log(`property tests: PROPERTY_SEED=${seed}`);
