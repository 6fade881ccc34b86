package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rounds of one request's mutation: when a late plugin changes the object, the whole chain runs
 * a second time, and plugins that asked for it call again what they called before (apiserver
 * admission/reinvocation). Owned by the request's thread.
 */
public final class Reinvocation {
  private final Map<String, Calls> calls = new HashMap<>();
  private boolean again;
  private boolean wanted;

  /** Whether this is the second round. */
  public boolean isAgain() {
    return again;
  }

  /** Asks for a second round. */
  public void request() {
    wanted = true;
  }

  /** Begins the second round if somebody asked for one. */
  boolean begin() {
    again = wanted;
    return wanted;
  }

  /** What a plugin remembers between the rounds. */
  public Calls of(String plugin) {
    return calls.computeIfAbsent(plugin, name -> new Calls());
  }

  /** Which of a plugin's own steps ran, and which are to run again. */
  public static final class Calls {
    private final Set<String> before = new HashSet<>();
    private final Set<String> repeat = new HashSet<>();
    private JsonNode last = NullNode.getInstance();

    private Calls() {}

    /** Begins a round with the object as it is now. */
    public void begin(Reinvocation round, Optional<ObjectNode> object) {
      if (round.isAgain() && !last.equals(node(object))) {
        changed();
      }
    }

    /** Whether a step runs in this round. */
    public boolean runs(Reinvocation round, String step) {
      return !round.isAgain() || repeat.contains(step);
    }

    /** The object was changed after all the steps that ran so far. */
    public void changed() {
      repeat.addAll(before);
      before.clear();
    }

    /** A step that is to run again when the object is changed after it. */
    public void ran(String step) {
      before.add(step);
    }

    /** Ends a round with the object as it is now. */
    public void end(Optional<ObjectNode> object) {
      last = node(object).deepCopy();
    }

    private static JsonNode node(Optional<ObjectNode> object) {
      return object.isPresent() ? object.get() : NullNode.getInstance();
    }
  }
}
