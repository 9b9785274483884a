import { SANDBOX_CREDENTIALS } from "./accounts.ts";

/** A Voice API application: its id, and the key pair for its JWTs. */
export interface SandboxApplication {
  readonly applicationId: string;
  /** The account that owns the application; its rate limit applies to the application's calls. */
  readonly apiKey: string;
  /** PKCS #8 PEM. Signs the JWTs (RS256) for the Voice API. */
  readonly privateKey: string;
  /** SPKI PEM. Vonage verifies JWTs with it. */
  readonly publicKey: string;
}

/**
 * The Voice API application of every sandbox. It belongs to the account `twoFactor` of `SANDBOX_CREDENTIALS`. Its keys
 * are public and work in the sandbox only.
 *
 * @example
 * createVoiceSender({
 *   applicationId: SANDBOX_APPLICATION.applicationId,
 *   privateKey: SANDBOX_APPLICATION.privateKey,
 *   from: "447700900001",
 *   fetch: sandbox.fetch,
 * });
 */
export const SANDBOX_APPLICATION: SandboxApplication = {
  applicationId: "5a9d0b0c-7e57-4b0c-8a11-5a9db0c0ca11",
  apiKey: SANDBOX_CREDENTIALS.twoFactor.apiKey,
  privateKey: `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCteEaMrAY4fbhk
VYMLwQG9188BIl2ezEL+2MBbqnI08qQzZ1woOXMCS/nEYBdPKGrA0vOl/lIxy9hB
ungQW0tW5hUD+0MSXOuflxFRYN0ML+t+dJKSmBgpakDA46jS+DCxR9GlBAfTtg/9
lZxeyqAYVztNYap9h5tQyWFsEfbneBOwIbqisxJnEGU3kn4b0foOo4TD6mDoVkg9
YZys3V0U2xgkg1dvzPoEQ4c+p6HrOt3zH8Ps5x+cuD2Qw0nDcHCv3kYuocpbXz8s
GZLxXKRZ1N4vWa0uyUw9qcXvXf1LOhH8OrHkFzDM0f7b3gl6mv1xl+KUEjSE/scG
Z2iIbNAlAgMBAAECggEABpIoRfrcL3afrflJQgA5IypSFo5pMnM1VHb8blx6AARy
8NmI9aMbdqpPFz+2klKLHKvA+/gyv90jX3YDR0dWBsAnaqOxajgn2r87sjPzm5sT
FhKvXKszOxphwoy9H+Sz33tDdzc8XqomV+o7ZqHRR6rCPc+lyCSDXx+Jt7DEhAcJ
6jbnqvvThxO89oJB3EWSaPfVdUcSKYcSlIM8t85g6yx9JB5u4g1+cvBrOGMXfFGm
WM6qxHBaNHXdycugcvNL5NOnK2WFoHccFbbPnwTQn+4ftnkD/ALD0aU1NP6K3T9M
azdvSm3vCBQHbJeKzv20C/GwdZku2errEHaC0t7pQQKBgQDaZDjpWCCzCE/s4uY3
L9hu0fl69/7kOswcLLgEmBbFMFs5yhD0VslZGNnPs4h+jAD1H9qmH+3iTOR3MfGO
WmPe8pRZ73SzazFfq2A9GNQkfDqRBuVW31xM7uqXRH+5bLUoTr6FggKrmF0EaRMi
sva8PxYj0Hobm04oEIHFVO/jhQKBgQDLV68U2PvQPzh/77GnIagcRhMghgAQ58eE
vbhD4LBzVJo8PBHdZtURo3/Ew1epfbx/BtRYT7hCBe7eyyhUR9GMUBPwXdXLZxsZ
huwJZgXhfytGpsFScMKN7zOfQXO0CTHh8SXpQ8puaetcqNT3U9WlaqHgqVW+XIo1
vKgYg7FMIQKBgG24eJdTfWo1POKIxJzpXtWejLbpLZhAqhdlqDY2qwn613pbONVp
XNN0lsmxK1xYvoporJNV61AMzaPM5c1dQFvciAf/NCSIMFAea8WGWd7SwyHl0wco
RNkqF5ZUBc+E/Cb6GOI+hVTswZ7bo4+FVk0RbPAlZ5PDHSsnz+ryV2t5AoGBAKSP
y8OFbxUzdNgk9ZMaq+Bl3ajeiUMlMNT+bReRyXsspr3Ep3iUdi8WMJretB0ZAumS
b1sg+S+FebGYnITIso9pZxmJ9zHruYTJKlDY3j2GG1HMNnwvgWQ4h4CFCcxT/Kir
7lB/al49HhsZD3ExyZ9bUrJsmFW8sqWWjjt4qI3BAoGAUFwapnIjj1fLennmk4KD
JoKF+e3gJyNCy95ea8gucmNVnMNyobiaPmODjj6ByBXcQtl5m79Zkbr1FEUhjBkf
T/t94VvZ5C/uN8pt/FnVl8MqwKsCpIGWnaKDMJ7Ovuclu0ErHX9ue2TBKGTwiAYP
i27hWxUb6+4PqE9Xmbs7sGs=
-----END PRIVATE KEY-----
`,
  publicKey: `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArXhGjKwGOH24ZFWDC8EB
vdfPASJdnsxC/tjAW6pyNPKkM2dcKDlzAkv5xGAXTyhqwNLzpf5SMcvYQbp4EFtL
VuYVA/tDElzrn5cRUWDdDC/rfnSSkpgYKWpAwOOo0vgwsUfRpQQH07YP/ZWcXsqg
GFc7TWGqfYebUMlhbBH253gTsCG6orMSZxBlN5J+G9H6DqOEw+pg6FZIPWGcrN1d
FNsYJINXb8z6BEOHPqeh6zrd8x/D7OcfnLg9kMNJw3Bwr95GLqHKW18/LBmS8Vyk
WdTeL1mtLslMPanF7139SzoR/Dqx5BcwzNH+294Jepr9cZfilBI0hP7HBmdoiGzQ
JQIDAQAB
-----END PUBLIC KEY-----
`,
};
