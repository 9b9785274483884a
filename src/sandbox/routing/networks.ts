// The network of a phone number: a model. Countries, prefixes and network codes (MCCMNC) are real. Which numbers of a
// country belong to which of its networks is not: the three digits after the mobile prefix (in the
// US, Canada and Brazil, after the area code) decide in turn. Real ranges are long lists, and users who change network
// keep their number.

/** The plan of a country: its mobile numbers, with the three digits that decide as a group, and its networks. */
type Plan = readonly [country: string, numbers: RegExp, ...networks: string[]];

const PLANS: readonly Plan[] = [
  ["AU", /^614(\d{3})/, "50501", "50502", "50503"],
  ["BD", /^8801(\d{3})/, "47001", "47002", "47003"],
  ["BR", /^55\d\d9?(\d{3})/, "72402", "72405", "72411"],
  ["DE", /^491[5-7](\d{3})/, "26201", "26202", "26203"],
  ["ES", /^34[67](\d{3})/, "21401", "21403", "21407"],
  ["FR", /^33[67](\d{3})/, "20801", "20810", "20815", "20820"],
  ["GB", /^447(\d{3})/, "23410", "23415", "23420", "23430"],
  ["ID", /^628(\d{3})/, "51001", "51010", "51011"],
  ["IN", /^91[6-9](\d{3})/, "40410", "40420", "405857"],
  ["IT", /^393(\d{3})/, "22201", "22210", "22288"],
  ["JP", /^81[789]0(\d{3})/, "44010", "44020", "44051"],
  ["KE", /^254[17](\d{3})/, "63902", "63903", "63907"],
  ["MX", /^521?(\d{3})/, "334020", "334030", "334050"],
  ["NG", /^234[789](\d{3})/, "62120", "62130", "62150"],
  ["NL", /^316(\d{3})/, "20404", "20408", "20416"],
  ["PK", /^923(\d{3})/, "41001", "41003", "41004"],
  ["PL", /^48[4-8](\d{3})/, "26001", "26002", "26003", "26006"],
  ["SE", /^467(\d{3})/, "24001", "24007", "24008"],
  ["US", /^1[2-9]\d\d(\d{3})/, "310260", "310410", "311480"],
  ["ZA", /^27[678](\d{3})/, "65501", "65507", "65510"],
];

const CANADA: Plan = ["CA", /^1[2-9]\d\d(\d{3})/, "302220", "302610", "302720"];

/** Area codes of Canada, which shares the country code with the United States. */
const CANADIAN = new Set(
  (
    "204 226 236 249 250 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468 474 506 514 519 " +
    "548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905"
  ).split(" "),
);

const COUNTRIES: ReadonlyMap<string, string> = new Map(
  [...PLANS, CANADA].flatMap(([country, , ...networks]) => networks.map((one) => [one, country] as const)),
);

/** Lists every network of the model, in the order of countries. */
export const NETWORKS: readonly string[] = [...COUNTRIES.keys()];

/** Returns the country (ISO 3166 alpha-2) of a network of the model. */
export const countryOf = (network: string): string => COUNTRIES.get(network) ?? "ZZ";

/**
 * Returns the network (MCCMNC) of a mobile number in the model, or `undefined` if the model does not have it.
 *
 * @param number E.164 digits without "+".
 */
export function networkOf(number: string): string | undefined {
  const isCanadian = number.startsWith("1") && CANADIAN.has(number.slice(1, 4));
  for (const [, numbers, ...networks] of isCanadian ? [CANADA] : PLANS) {
    const [, digits] = numbers.exec(number) ?? [];
    if (digits !== undefined) return networks[Number(digits) % networks.length];
  }
  return undefined;
}
