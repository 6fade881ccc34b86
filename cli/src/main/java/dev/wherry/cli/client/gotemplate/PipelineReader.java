package dev.wherry.cli.client.gotemplate;

import dev.wherry.cli.client.gotemplate.Part.Operand;
import dev.wherry.cli.client.gotemplate.Part.Pipeline;
import java.util.ArrayList;
import java.util.List;

/** Makes a pipeline of an action's words. */
final class PipelineReader {
  private PipelineReader() {}

  static Pipeline read(List<Token> words) {
    Cursor cursor = new Cursor(TemplateReader.trimmed(words));
    Pipeline pipeline = pipeline(cursor);
    if (cursor.more()) {
      throw new GoTemplateException("unexpected \"" + cursor.peek().text() + "\" in operand");
    }
    return pipeline;
  }

  /** Walks over words. */
  private static final class Cursor {
    private final List<Token> words;
    private int place;

    Cursor(List<Token> words) {
      this.words = words;
    }

    boolean more() {
      return place < words.size();
    }

    Token peek() {
      return words.get(place);
    }

    Token next() {
      return words.get(place++);
    }

    void skipSpace() {
      while (more() && peek().kind() == Token.Kind.SPACE) {
        place++;
      }
    }

    boolean at(String sign) {
      return more() && peek().is(Token.Kind.SIGN, sign);
    }
  }

  private static Pipeline pipeline(Cursor cursor) {
    int begin = cursor.place;
    List<String> variables = new ArrayList<>();
    boolean declares = false;
    while (cursor.more() && cursor.peek().kind() == Token.Kind.VARIABLE) {
      variables.add(cursor.next().text());
      cursor.skipSpace();
      if (cursor.at(",")) {
        cursor.next();
        cursor.skipSpace();
      } else {
        break;
      }
    }
    if (!variables.isEmpty() && (cursor.at(":=") || cursor.at("="))) {
      declares = cursor.next().text().equals(":=");
    } else {
      cursor.place = begin;
      variables.clear();
    }
    List<List<Operand>> commands = new ArrayList<>();
    do {
      cursor.skipSpace();
      List<Operand> command = command(cursor);
      if (command.isEmpty()) {
        throw new GoTemplateException("missing value for command");
      }
      commands.add(command);
    } while (cursor.at("|") && cursor.next() != null);
    return new Pipeline(variables, declares, commands);
  }

  private static List<Operand> command(Cursor cursor) {
    List<Operand> operands = new ArrayList<>();
    cursor.skipSpace();
    while (cursor.more() && !cursor.at("|") && !cursor.at(")")) {
      operands.add(operand(cursor));
      cursor.skipSpace();
    }
    return operands;
  }

  private static Operand operand(Cursor cursor) {
    Token token = cursor.next();
    return switch (token.kind()) {
      case FIELD -> new Operand.Dot(fields(token.text()));
      case VARIABLE -> new Operand.Variable(token.text(), chain(cursor));
      case TEXT -> new Operand.Constant(token.text());
      case NUMBER -> new Operand.Constant(number(token.text()));
      case WORD ->
          switch (token.text()) {
            case "true" -> new Operand.Constant(true);
            case "false" -> new Operand.Constant(false);
            case "nil" -> new Operand.Constant(Values.NIL);
            default -> function(token.text());
          };
      case SIGN -> {
        if (!token.text().equals("(")) {
          throw new GoTemplateException("unexpected \"" + token.text() + "\" in operand");
        }
        Pipeline inner = pipeline(cursor);
        if (!cursor.at(")")) {
          throw new GoTemplateException("unclosed left paren");
        }
        cursor.next();
        yield new Operand.Inner(inner, chain(cursor));
      }
      case SPACE -> throw new GoTemplateException("unexpected space");
    };
  }

  private static Operand function(String name) {
    if (!Functions.NAMES.contains(name)) {
      throw new GoTemplateException("function \"" + name + "\" not defined");
    }
    return new Operand.Function(name);
  }

  private static List<String> chain(Cursor cursor) {
    return cursor.more() && cursor.peek().kind() == Token.Kind.FIELD
        ? fields(cursor.next().text())
        : List.of();
  }

  private static List<String> fields(String text) {
    if (text.equals(".")) {
      return List.of();
    }
    List<String> fields = List.of(text.substring(1).split("\\.", -1));
    if (fields.contains("")) {
      throw new GoTemplateException("unexpected . after term \"" + text + "\"");
    }
    return fields;
  }

  private static Object number(String text) {
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      try {
        return Double.valueOf(text);
      } catch (NumberFormatException f) {
        throw new GoTemplateException("bad number syntax: \"" + text + "\"");
      }
    }
  }
}
