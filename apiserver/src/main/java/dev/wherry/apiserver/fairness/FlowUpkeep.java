package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.apiserver.view.Upkeep;
import dev.wherry.model.Times;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Tells of every schema whether its level exists (condition Dangling), and brings mandatory objects
 * back when somebody deletes or changes them (apiserver util/flowcontrol and
 * registry/flowcontrol/ensurer). Owns one virtual thread, which looks again at every change.
 */
public final class FlowUpkeep implements AutoCloseable {
  private static final String DANGLING = "Dangling";

  private final ObjectView view;
  private final Writes writes;
  private final InstantSource clock;
  private final Upkeep upkeep = Upkeep.of("flow-upkeep", this::look);

  /** The writes of the upkeep. */
  public interface Writes {
    void create(Resource resource, ObjectNode object);

    void update(Resource resource, ObjectNode object);

    /** Sets a schema's status. */
    void status(String schema, ObjectNode status);
  }

  /** Starts. */
  public FlowUpkeep(ObjectView view, Writes writes, InstantSource clock) {
    this.view = view;
    this.writes = writes;
    this.clock = clock;
    view.subscribe(FlowControl.LEVELS, upkeep.listener(_ -> true));
    view.subscribe(FlowControl.SCHEMAS, upkeep.listener(_ -> true));
    upkeep.start();
  }

  private void look() {
    upkeep.attempt("mandatory", this::mendAll);
    for (ObjectNode schema : view.list(FlowControl.SCHEMAS, "")) {
      upkeep.attempt(Trees.name(schema), () -> tell(schema));
    }
  }

  private void mendAll() {
    FlowDefaults.mandatoryLevels().forEach(wanted -> mend(FlowControl.LEVELS, wanted));
    FlowDefaults.mandatorySchemas().forEach(wanted -> mend(FlowControl.SCHEMAS, wanted));
  }

  private void mend(Resource resource, ObjectNode wanted) {
    Optional<ObjectNode> found = view.get(resource, "", Trees.name(wanted));
    if (found.isEmpty()) {
      writes.create(resource, wanted);
    } else {
      FlowDefaults.mended(wanted, found.get()).ifPresent(next -> writes.update(resource, next));
    }
  }

  private void tell(ObjectNode schema) {
    String level = Trees.text(schema, "spec", "priorityLevelConfiguration", "name");
    boolean dangling = view.get(FlowControl.LEVELS, "", level).isEmpty();
    status(schema, level, dangling, clock.instant())
        .ifPresent(status -> writes.status(Trees.name(schema), status));
  }

  /** The status that a schema should have; empty when it has it. */
  static Optional<ObjectNode> status(
      ObjectNode schema, String level, boolean dangling, Instant now) {
    String status = dangling ? "True" : "False";
    String message =
        "This FlowSchema references the PriorityLevelConfiguration object named \""
            + level
            + (dangling ? "\" but there is no such object" : "\" and it exists");
    ObjectNode next = schema.deepCopy().withObject("/status");
    ObjectNode condition = null;
    for (JsonNode each : next.path("conditions")) {
      if (Trees.text(each, "type").equals(DANGLING)) {
        condition = (ObjectNode) each;
      }
    }
    if (condition == null) {
      condition = next.withArray("/conditions").addObject().put("type", DANGLING);
    } else if (Trees.text(condition, "message").equals(message)) {
      return Optional.empty();
    }
    if (!Trees.text(condition, "status").equals(status)) {
      condition.put("lastTransitionTime", Times.time(now));
    }
    condition
        .put("status", status)
        .put("reason", dangling ? "NotFound" : "Found")
        .put("message", message);
    return Optional.of(next);
  }

  @Override
  public void close() {
    upkeep.close();
  }
}
