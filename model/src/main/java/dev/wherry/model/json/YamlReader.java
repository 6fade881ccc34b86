package dev.wherry.model.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.codec.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Builds a tree from the events of one document. Used once, by one thread. */
final class YamlReader {
  private static final int DEPTH_MAX = 100;

  /** Nodes that aliases may add to one document: enough for manifests, too few for a bomb. */
  private static final int ALIASED_NODES_MAX = 100_000;

  private static final int CODE_POINTS_MAX = 64 * 1024 * 1024;
  private static final String TAG = "tag:yaml.org,2002:";

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(CODE_POINTS_MAX).setParseComments(false).build();

  private final Iterator<Event> events;
  private final Map<String, JsonNode> anchors = new HashMap<>();
  private final List<String> duplicates = new ArrayList<>();
  private final List<String> duplicateLines = new ArrayList<>();
  private int aliasedNodes;

  private YamlReader(String text) {
    this.events = new Parse(SETTINGS).parseString(text).iterator();
  }

  static Json.Parsed read(String text) {
    YamlReader reader = new YamlReader(YamlTabs.soften(text));
    return new Json.Parsed(reader.whole(), reader.duplicates);
  }

  /** What go-yaml says of keys that stand twice. */
  static List<String> duplicateLines(String text) {
    YamlReader reader = new YamlReader(YamlTabs.soften(text));
    reader.whole();
    return reader.duplicateLines;
  }

  private JsonNode whole() {
    try {
      return document();
    } catch (MarkedYamlEngineException e) {
      String line =
          e.getProblemMark().map(mark -> "line " + (mark.getLine() + 1) + ": ").orElse("");
      throw new DecodeException("error converting YAML to JSON: yaml: " + line + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new DecodeException("error converting YAML to JSON: yaml: " + e.getMessage(), e);
    }
  }

  private JsonNode document() {
    JsonNode tree = NullNode.getInstance();
    boolean seen = false;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof ScalarEvent
          || event instanceof AliasEvent
          || event instanceof MappingStartEvent
          || event instanceof SequenceStartEvent) {
        if (seen) {
          throw new DecodeException("error converting YAML to JSON: yaml: a second document");
        }
        tree = node(event, "", 0);
        seen = true;
      }
    }
    return tree;
  }

  private JsonNode node(Event event, String path, int depth) {
    if (depth > DEPTH_MAX) {
      throw new DecodeException("error converting YAML to JSON: yaml: exceeded max depth");
    }
    return switch (event) {
      case ScalarEvent scalar -> remember(scalar.getAnchor(), scalar(scalar));
      case MappingStartEvent start -> remember(start.getAnchor(), mapping(path, depth));
      case SequenceStartEvent start -> remember(start.getAnchor(), sequence(path, depth));
      case AliasEvent alias -> copy(alias.getAlias());
      default -> throw new DecodeException("error converting YAML to JSON: yaml: " + event);
    };
  }

  private JsonNode remember(Optional<Anchor> anchor, JsonNode node) {
    anchor.ifPresent(name -> anchors.put(name.getValue(), node));
    return node;
  }

  private JsonNode copy(Anchor anchor) {
    JsonNode node = anchors.get(anchor.getValue());
    if (node == null) {
      throw new DecodeException(
          "error converting YAML to JSON: yaml: unknown anchor '"
              + anchor.getValue()
              + "' referenced");
    }
    count(node);
    return node.deepCopy();
  }

  private void count(JsonNode node) {
    if (++aliasedNodes > ALIASED_NODES_MAX) {
      throw new DecodeException(
          "error converting YAML to JSON: yaml: document contains excessive aliasing");
    }
    node.forEach(this::count);
  }

  private ArrayNode sequence(String path, int depth) {
    ArrayNode array = Json.array();
    for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
      array.add(node(e, path + "[" + array.size() + "]", depth + 1));
    }
    return array;
  }

  private ObjectNode mapping(String path, int depth) {
    ObjectNode object = Json.object();
    List<JsonNode> merged = new ArrayList<>();
    Set<String> own = new HashSet<>();
    for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
      boolean merge = e instanceof ScalarEvent s && s.isPlain() && s.getValue().equals("<<");
      String key = key(e, depth);
      String at = path.isEmpty() ? key : path + "." + key;
      JsonNode value = node(events.next(), at, depth + 1);
      if (merge) {
        merged.add(value);
        continue;
      }
      if (!own.add(key)) {
        duplicates.add(at);
        int line = e.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        duplicateLines.add("line " + line + ": key \"" + key + "\" already set in map");
      }
      object.set(key, value);
    }
    merged.forEach(value -> merge(object, value));
    return object;
  }

  private static void merge(ObjectNode target, JsonNode value) {
    if (value.isArray()) {
      value.forEach(one -> merge(target, one));
    } else if (value.isObject()) {
      value.properties().forEach(e -> target.putIfAbsent(e.getKey(), e.getValue()));
    } else {
      throw new DecodeException(
          "error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the"
              + " value");
    }
  }

  private String key(Event event, int depth) {
    JsonNode key = node(event, "", depth + 1);
    if (key.isContainerNode()) {
      throw new DecodeException("error converting YAML to JSON: yaml: invalid map key");
    }
    return key.asText();
  }

  private static JsonNode scalar(ScalarEvent event) {
    String text = event.getValue();
    String tag = event.getTag().orElse("");
    if (tag.isEmpty()) {
      return event.isPlain() ? YamlScalars.resolveFinite(text) : TextNode.valueOf(text);
    }
    if (tag.equals(TAG + "binary")) {
      return TextNode.valueOf(
          new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8));
    }
    boolean typed =
        Set.of("int", "float", "bool", "null").stream().anyMatch(name -> tag.equals(TAG + name));
    return typed ? YamlScalars.resolveFinite(text) : TextNode.valueOf(text);
  }
}
