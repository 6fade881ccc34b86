package dev.wherry.cli.client.gotemplate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.gotemplate.Part.Operand;
import dev.wherry.cli.client.gotemplate.Part.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A template, ready to be filled. */
public final class GoTemplate {
  private static final int DEPTH_MAX = 1_000;

  private final List<Part> parts;
  private final Map<String, List<Part>> defined;
  private final boolean missingAllowed;

  private GoTemplate(List<Part> parts, Map<String, List<Part>> defined, boolean missingAllowed) {
    this.parts = parts;
    this.defined = defined;
    this.missingAllowed = missingAllowed;
  }

  /**
   * @param missingAllowed whether a key that is not there is nothing instead of an error
   * @throws GoTemplateException when it cannot be read
   */
  public static GoTemplate parse(String template, boolean missingAllowed) {
    TemplateReader reader = new TemplateReader(template);
    List<Part> parts = reader.read();
    return new GoTemplate(parts, reader.defined(), missingAllowed);
  }

  /**
   * The text for an object.
   *
   * @throws GoTemplateException when it cannot be made
   */
  public String execute(JsonNode object) {
    Run run = new Run(Values.of(object), 0);
    run.all(parts, Values.of(object));
    return run.out.toString();
  }

  /** How a list of parts came to its end. */
  private enum End {
    DONE,
    BREAK,
    CONTINUE
  }

  /** One execution. */
  private final class Run {
    private final StringBuilder out = new StringBuilder();
    private final Variables variables;
    private final int depth;

    Run(Object root, int depth) {
      this.depth = depth;
      if (depth > DEPTH_MAX) {
        throw new GoTemplateException("exceeded maximum template depth (" + DEPTH_MAX + ")");
      }
      variables = new Variables(root);
    }

    private End all(List<Part> some, Object dot) {
      int mark = variables.size();
      End end = End.DONE;
      for (Part part : some) {
        end = one(part, dot);
        if (end != End.DONE) {
          break;
        }
      }
      variables.forget(mark);
      return end;
    }

    private End one(Part part, Object dot) {
      return switch (part) {
        case Part.Text(String text) -> {
          out.append(text);
          yield End.DONE;
        }
        case Part.Print(Pipeline pipeline) -> {
          Object value = value(pipeline, dot);
          if (pipeline.variables().isEmpty()) {
            out.append(value == Values.NIL ? "<no value>" : Values.text(value));
          } else {
            variables.set(pipeline, pipeline.variables().getFirst(), value);
          }
          yield End.DONE;
        }
        case Part.Choice choice -> choose(choice, dot);
        case Part.Loop loop -> loop(loop, dot);
        case Part.Include(String name, Pipeline pipeline) -> {
          include(name, pipeline, dot);
          yield End.DONE;
        }
        case Part.Leave(boolean loop) -> loop ? End.BREAK : End.CONTINUE;
      };
    }

    private End choose(Part.Choice choice, Object dot) {
      int mark = variables.size();
      Object value = value(choice.condition(), dot);
      if (!choice.condition().variables().isEmpty()) {
        variables.set(choice.condition(), choice.condition().variables().getFirst(), value);
      }
      boolean met = Values.truth(value);
      End end = all(met ? choice.then() : choice.otherwise(), met && choice.sets() ? value : dot);
      variables.forget(mark);
      return end;
    }

    private End loop(Part.Loop loop, Object dot) {
      Object over = value(loop.over(), dot);
      Map<Object, Object> items = Values.items(over);
      if (items.isEmpty()) {
        return all(loop.otherwise(), dot);
      }
      List<String> names = loop.over().variables();
      for (var item : items.entrySet()) {
        int mark = variables.size();
        if (names.size() == 1) {
          variables.set(loop.over(), names.getFirst(), item.getValue());
        } else if (names.size() == 2) {
          variables.set(loop.over(), names.get(0), item.getKey());
          variables.set(loop.over(), names.get(1), item.getValue());
        }
        End end = all(loop.body(), item.getValue());
        variables.forget(mark);
        if (end == End.BREAK) {
          break;
        }
      }
      return End.DONE;
    }

    private void include(String name, Pipeline pipeline, Object dot) {
      List<Part> body = defined.get(name);
      if (body == null) {
        throw new GoTemplateException("template \"" + name + "\" not defined");
      }
      Object given = pipeline.commands().isEmpty() ? Values.NIL : value(pipeline, dot);
      Run inner = new Run(given, depth + 1);
      inner.all(body, given);
      out.append(inner.out);
    }

    private Object value(Pipeline pipeline, Object dot) {
      List<Object> last = List.of();
      for (List<Operand> command : pipeline.commands()) {
        last = List.of(command(command, last, dot));
      }
      return last.getFirst();
    }

    private Object command(List<Operand> command, List<Object> last, Object dot) {
      if (!(command.getFirst() instanceof Operand.Function(String name))) {
        if (command.size() > 1 || !last.isEmpty()) {
          throw new GoTemplateException("can't give argument to non-function");
        }
        return operand(command.getFirst(), dot);
      }
      List<Operand> rest = command.subList(1, command.size());
      if (name.equals("and") || name.equals("or")) {
        return decide(name.equals("and"), rest, last, dot);
      }
      List<Object> values = new ArrayList<>();
      rest.forEach(one -> values.add(operand(one, dot)));
      values.addAll(last);
      return Functions.call(name, values);
    }

    /** The first value that decides, or the last. */
    private Object decide(boolean and, List<Operand> rest, List<Object> last, Object dot) {
      Object value = Values.NIL;
      for (Operand one : rest) {
        value = operand(one, dot);
        if (Values.truth(value) != and) {
          return value;
        }
      }
      return last.isEmpty() ? value : last.getFirst();
    }

    private Object operand(Operand operand, Object dot) {
      return switch (operand) {
        case Operand.Dot(List<String> fields) -> fields(dot, fields);
        case Operand.Variable(String name, List<String> fields) ->
            fields(variables.get(name), fields);
        case Operand.Inner(Pipeline inner, List<String> fields) ->
            fields(value(inner, dot), fields);
        case Operand.Function(String name) -> Functions.call(name, List.of());
        case Operand.Constant(Object value) -> value;
      };
    }

    private Object fields(Object from, List<String> fields) {
      Object at = from;
      for (String field : fields) {
        if (at == Values.NIL || at == Values.MISSING) {
          throw new GoTemplateException("nil data; no entry for key \"" + field + "\"");
        }
        if (!(at instanceof JsonNode map) || map.isArray()) {
          throw new GoTemplateException(
              "can't evaluate field %s in type %s".formatted(field, Values.type(at)));
        }
        at = Values.of(map.path(field));
        if (at == Values.MISSING && !missingAllowed) {
          throw new GoTemplateException("map has no entry for key \"" + field + "\"");
        }
      }
      return at;
    }
  }
}
