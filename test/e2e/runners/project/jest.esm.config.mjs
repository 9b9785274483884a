// With NODE_OPTIONS=--experimental-vm-modules, Jest runs ES modules as they are.
export default { testMatch: ["**/jest.test.mjs"], transform: {} };
