// Loaded into every Node process of the build: a connection is an error.

import { Socket } from "node:net";

Socket.prototype.connect = () => {
  throw new Error("The site is built without a network.");
};
