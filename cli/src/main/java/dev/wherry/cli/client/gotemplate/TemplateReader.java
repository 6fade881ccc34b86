package dev.wherry.cli.client.gotemplate;

import dev.wherry.cli.client.gotemplate.Part.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes parts of pieces (text/template/parse parse.go). Of one template. */
final class TemplateReader {
  private final List<Lexer.Piece> pieces;
  private final Map<String, List<Part>> defined = new HashMap<>();
  private int at;

  TemplateReader(String template) {
    this.pieces = Lexer.pieces(template);
  }

  /** The whole template. */
  List<Part> read() {
    Block block = block(false);
    if (!block.end.equals("")) {
      throw new GoTemplateException("unexpected {{" + block.end + "}}");
    }
    return block.parts;
  }

  /** What {@code define} and {@code block} have named. */
  Map<String, List<Part>> defined() {
    return defined;
  }

  /** Parts up to an action that ends them: {@code end}, {@code else}, or "" for the end of all. */
  private record Block(List<Part> parts, String end, List<Token> rest) {}

  private Block block(boolean inner) {
    List<Part> parts = new ArrayList<>();
    while (at < pieces.size()) {
      Lexer.Piece piece = pieces.get(at++);
      if (piece.isText()) {
        parts.add(new Part.Text(piece.text()));
        continue;
      }
      Token first = piece.action().getFirst();
      String word = first.kind() == Token.Kind.WORD ? first.text() : "";
      List<Token> rest = piece.action().subList(1, piece.action().size());
      if (word.equals("end") || word.equals("else")) {
        return new Block(parts, word, rest);
      }
      part(word, rest, piece.action(), parts);
    }
    if (inner) {
      throw new GoTemplateException("unexpected EOF");
    }
    return new Block(parts, "", List.of());
  }

  private void part(String word, List<Token> rest, List<Token> action, List<Part> parts) {
    switch (word) {
      case "if", "with" -> parts.add(choice(word, rest));
      case "range" -> parts.add(loop(rest));
      case "define" -> defined.put(name(rest), inner());
      case "block" -> {
        String name = name(rest);
        parts.add(new Part.Include(name, PipelineReader.read(argument(rest))));
        defined.putIfAbsent(name, inner());
      }
      case "template" ->
          parts.add(
              new Part.Include(
                  name(rest),
                  argument(rest).isEmpty()
                      ? new Pipeline(List.of(), false, List.of())
                      : PipelineReader.read(argument(rest))));
      case "break" -> parts.add(new Part.Leave(true));
      case "continue" -> parts.add(new Part.Leave(false));
      default -> parts.add(new Part.Print(PipelineReader.read(action)));
    }
  }

  private List<Part> inner() {
    Block block = block(true);
    if (!block.end.equals("end")) {
      throw new GoTemplateException("unexpected {{else}}");
    }
    return block.parts;
  }

  private Part choice(String word, List<Token> condition) {
    Pipeline pipeline = PipelineReader.read(condition);
    Block then = block(true);
    return new Part.Choice(pipeline, word.equals("with"), then.parts, otherwise(then));
  }

  private Part loop(List<Token> over) {
    Pipeline pipeline = PipelineReader.read(over);
    Block body = block(true);
    return new Part.Loop(pipeline, body.parts, otherwise(body));
  }

  /** What follows {@code else}; another {@code if} or {@code with} may stand beside it. */
  private List<Part> otherwise(Block before) {
    if (before.end.equals("end")) {
      return List.of();
    }
    List<Token> rest = trimmed(before.rest);
    if (rest.isEmpty()) {
      return inner();
    }
    String word = rest.getFirst().text();
    if (!word.equals("if") && !word.equals("with")) {
      throw new GoTemplateException("unexpected <" + word + "> in else");
    }
    return List.of(choice(word, rest.subList(1, rest.size())));
  }

  static List<Token> trimmed(List<Token> words) {
    int from = 0;
    while (from < words.size() && words.get(from).kind() == Token.Kind.SPACE) {
      from++;
    }
    return words.subList(from, words.size());
  }

  private static String name(List<Token> rest) {
    List<Token> words = trimmed(rest);
    if (words.isEmpty() || words.getFirst().kind() != Token.Kind.TEXT) {
      throw new GoTemplateException("a template needs a name in quotes");
    }
    return words.getFirst().text();
  }

  private static List<Token> argument(List<Token> rest) {
    List<Token> words = trimmed(rest);
    return trimmed(words.subList(1, words.size()));
  }
}
