package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** Which flow and level a request belongs to, by the objects there are. */
public final class FlowControl {
  public static final Resource SCHEMAS =
      new Resource("flowcontrol.apiserver.k8s.io", "flowschemas");
  public static final Resource LEVELS =
      new Resource("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations");

  private final int seats;
  private final ToIntFunction<RequestInfo> width;

  // Touched by the view's thread only, under this object's lock.
  private final Map<String, FlowSchema> schemas = new HashMap<>();
  private final Map<String, LevelSettings> settings = new TreeMap<>();
  private volatile Snapshot snapshot = new Snapshot(List.of(), Map.of());

  /** Schemas in the order in which they are asked, and the levels by name. */
  private record Snapshot(List<FlowSchema> schemas, Map<String, PriorityLevel> levels) {}

  /** The flow of one request. */
  public final class Flow {
    private final FlowSchema schema;
    private final PriorityLevel level;
    private final UserInfo user;
    private final RequestInfo asked;

    private Flow(FlowSchema schema, PriorityLevel level, UserInfo user, RequestInfo asked) {
      this.schema = schema;
      this.level = level;
      this.user = user;
      this.asked = asked;
    }

    public String schemaUid() {
      return schema.uid();
    }

    public String levelUid() {
      return level.uid();
    }

    /**
     * Waits for a seat if it must.
     *
     * @throws ApiException 429 when there is no room to wait in, or the wait was too long
     */
    public Seat enter() {
      return level.exempt()
          ? Seat.FREE
          : level.enter(() -> schema.flow(user, asked), width.applyAsInt(asked));
    }
  }

  private FlowControl(int seats, ToIntFunction<RequestInfo> width) {
    this.seats = seats;
    this.width = width;
    configure();
  }

  /**
   * Follows the objects of a view.
   *
   * @param seats of all levels together
   * @param width seats that a request takes
   */
  public static FlowControl following(
      ObjectView view, int seats, ToIntFunction<RequestInfo> width) {
    FlowControl control = new FlowControl(seats, width);
    view.subscribe(LEVELS, control.new Levels());
    view.subscribe(SCHEMAS, control.new Schemas());
    return control;
  }

  /** The flow of a request. */
  public Flow classify(UserInfo user, RequestInfo asked) {
    Snapshot now = snapshot;
    for (FlowSchema schema : now.schemas()) {
      if (schema.match(user, asked)) {
        return new Flow(schema, level(now, schema), user, asked);
      }
    }
    FlowSchema last = now.schemas().getLast();
    return new Flow(last, level(now, last), user, asked);
  }

  private static PriorityLevel level(Snapshot now, FlowSchema schema) {
    PriorityLevel level = now.levels().get(schema.level());
    if (level == null) {
      throw new IllegalStateException("a snapshot has a schema without a level");
    }
    return level;
  }

  /** A count of every level, by the label that metrics give it. */
  public Map<String, Double> byLevel(Count count) {
    Map<String, Double> all = new TreeMap<>();
    snapshot
        .levels()
        .forEach((name, level) ->
            all.put("priority_level=\"" + name + "\"", count.of.applyAsDouble(level)));
    return all;
  }

  /** What is told of a level. */
  public enum Count {
    SEATS(PriorityLevel::seats),
    SEATS_IN_USE(PriorityLevel::seatsInUse),
    WAITING(PriorityLevel::waiting),
    REJECTED(PriorityLevel::rejected);

    private final ToDoubleFunction<PriorityLevel> of;

    Count(ToDoubleFunction<PriorityLevel> of) {
      this.of = of;
    }
  }

  /** Makes the snapshot anew; the mandatory objects are there even when nobody stored them. */
  private synchronized void configure() {
    Map<String, LevelSettings> all = new TreeMap<>(settings);
    FlowDefaults.mandatoryLevels().forEach(object -> add(all, LevelSettings.of(object)));
    Map<String, FlowSchema> known = new HashMap<>(schemas);
    FlowDefaults.mandatorySchemas().forEach(object -> add(known, FlowSchema.of(object)));
    int shares = all.values().stream().mapToInt(LevelSettings::shares).sum();
    Map<String, PriorityLevel> before = snapshot.levels();
    Map<String, PriorityLevel> levels = new TreeMap<>();
    List<PriorityLevel> lenders = new ArrayList<>();
    all.forEach((name, one) -> {
      PriorityLevel.Settings next = settings(one, shares, List.of());
      PriorityLevel old = before.get(name);
      PriorityLevel level = old == null ? new PriorityLevel(next) : old;
      levels.put(name, level);
      if (next.lendable() > 0) {
        lenders.add(level);
      }
    });
    List<PriorityLevel> mayLend = List.copyOf(lenders);
    all.forEach((name, one) -> {
      PriorityLevel level = levels.get(name);
      if (level != null) {
        level.configure(settings(one, shares, mayLend));
      }
    });
    List<FlowSchema> ordered =
        known.values().stream()
            .filter(schema -> levels.containsKey(schema.level()))
            .sorted(FlowSchema.ORDER)
            .toList();
    snapshot = new Snapshot(ordered, levels);
  }

  private PriorityLevel.Settings settings(
      LevelSettings of, int shares, List<PriorityLevel> lenders) {
    int own = of.seats(seats, shares);
    return new PriorityLevel.Settings(
        of.uid(), of.exempt(), own, of.lendable(own), of.borrowable(own), of.queuing(), lenders);
  }

  private static void add(Map<String, LevelSettings> all, LevelSettings one) {
    all.putIfAbsent(one.name(), one);
  }

  private static void add(Map<String, FlowSchema> all, FlowSchema one) {
    all.putIfAbsent(one.name(), one);
  }

  private final class Levels implements ObjectListener {
    @Override
    public void stored(ObjectNode object) {
      synchronized (FlowControl.this) {
        settings.put(Trees.name(object), LevelSettings.of(object));
        configure();
      }
    }

    @Override
    public void removed(String namespace, String name) {
      synchronized (FlowControl.this) {
        settings.remove(name);
        configure();
      }
    }
  }

  private final class Schemas implements ObjectListener {
    @Override
    public void stored(ObjectNode object) {
      synchronized (FlowControl.this) {
        schemas.put(Trees.name(object), FlowSchema.of(object));
        configure();
      }
    }

    @Override
    public void removed(String namespace, String name) {
      synchronized (FlowControl.this) {
        schemas.remove(name);
        configure();
      }
    }
  }
}
