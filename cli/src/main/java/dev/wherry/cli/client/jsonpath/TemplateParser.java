package dev.wherry.cli.client.jsonpath;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Splits a template into text, actions in braces, and ranges. */
final class TemplateParser {
  private static final int DEPTH_MAX = 64;

  /** A range whose end has not come yet. */
  private record Open(Node.Steps steps, List<Node> body) {}

  private final String text;
  private int at;

  private TemplateParser(String text) {
    this.text = text;
  }

  /**
   * @throws JsonPathException in kubectl's words
   */
  static List<Node> parse(String template) {
    return new TemplateParser(template).template();
  }

  private List<Node> template() {
    Deque<Open> open = new ArrayDeque<>();
    List<Node> root = new ArrayList<>();
    List<Node> body = root;
    while (at < text.length()) {
      if (text.charAt(at) != '{') {
        int brace = text.indexOf('{', at);
        int end = brace < 0 ? text.length() : brace;
        body.add(new Node.Literal(TextNode.valueOf(text.substring(at, end))));
        at = end;
        continue;
      }
      ActionParser action = new ActionParser(text, at + 1);
      Node.Steps steps = action.untilBrace();
      at = action.position();
      Optional<String> word = action.word();
      if (word.equals(Optional.of("range"))) {
        if (open.size() >= DEPTH_MAX) {
          throw new JsonPathException("too many nested ranges");
        }
        open.push(new Open(steps, body));
        body = new ArrayList<>();
      } else if (word.equals(Optional.of("end"))) {
        if (open.isEmpty()) {
          throw new JsonPathException("not in range, nothing to end");
        }
        Open last = open.pop();
        last.body().add(new Node.Range(last.steps(), body));
        body = last.body();
      } else if (word.isPresent()) {
        throw new JsonPathException("unrecognized identifier " + word.get());
      } else {
        body.add(steps);
      }
    }
    while (!open.isEmpty()) {
      Open last = open.pop();
      last.body().add(new Node.Range(last.steps(), body));
      body = last.body();
    }
    return root;
  }
}
