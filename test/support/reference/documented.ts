// Reads the TSDoc of the members of interfaces and unions from the sources.

import { readFileSync } from "node:fs";
import ts from "typescript";

export interface Documented {
  readonly name: string;
  readonly isOptional: boolean;
  /** On one line. */
  readonly text: string;
  readonly default: string | undefined;
}

/** Lists the properties of an interface, those that must not be given aside. */
export function readInterface(file: string, name: string): readonly Documented[] {
  const found = parse(file).statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${file} has no interface ${name}`);
  return found.members.filter(ts.isPropertySignature).flatMap((member) => {
    if (member.type?.kind === ts.SyntaxKind.NeverKeyword) return [];
    const tags = ts.getJSDocTags(member);
    const fallback = tags.find(({ tagName }) => tagName.text === "default");
    const [comment] = ts.getJSDocCommentsAndTags(member);
    return {
      name: member.name.getText(),
      isOptional: member.questionToken !== undefined,
      text: oneLine(ts.getTextOfJSDocComment(comment?.comment)),
      default: fallback && oneLine(ts.getTextOfJSDocComment(fallback.comment)),
    };
  });
}

/** Lists the texts of a union, each with the comment above it. */
export function readUnion(file: string, name: string): readonly (readonly [name: string, text: string])[] {
  const type = findAlias(file, name).type;
  if (!ts.isUnionTypeNode(type)) throw new Error(`${name} is no union`);
  return type.types.map((member) => {
    // The comment stands before the line's `|`, which belongs to no member.
    const before = member.getSourceFile().text.slice(0, member.getStart());
    const [, comment = ""] = /\/\*\*((?:(?!\*\/).)*)\*\/\s*\|\s*$/s.exec(before) ?? [];
    return [member.getText().slice(1, -1), oneLine(comment.replace(/^\s*\* ?/gm, ""))];
  });
}

/** Returns the rows of the table in the TSDoc of a type, its head included. */
export function readTable(file: string, name: string): string {
  const [comment] = ts.getJSDocCommentsAndTags(findAlias(file, name));
  const rows = (ts.getTextOfJSDocComment(comment?.comment) ?? "").match(/^\|.*\|$/gm);
  if (rows === null) throw new Error(`the TSDoc of ${name} has no table`);
  return rows.join("\n");
}

function findAlias(file: string, name: string): ts.TypeAliasDeclaration {
  const found = parse(file).statements.find(
    (one): one is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${file} has no type ${name}`);
  return found;
}

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023, true);

const oneLine = (text = ""): string =>
  text
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
