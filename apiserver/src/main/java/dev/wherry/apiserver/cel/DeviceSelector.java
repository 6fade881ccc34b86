package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceAttribute;
import dev.wherry.model.resource.v1.DeviceCapacity;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which devices a class or a request means, by {@code device.driver}, {@code
 * device.attributes} and {@code device.capacity} (dynamic-resource-allocation/cel). Any thread.
 *
 * <p>A domain that a device does not know is one without attributes, as upstream; unlike there,
 * {@code in} finds every domain too.
 */
public final class DeviceSelector {
  /** Steps of one selector on one device (CELSelectorExpressionMaxCost). */
  private static final long COST_MAX = 1_000_000;

  private final CelProgram program;

  private DeviceSelector(CelProgram program) {
    this.program = program;
  }

  /** Made when the first selector is compiled. */
  private static final class Environment {
    static final Cel CEL = make();

    private static Cel make() {
      CelStructs structs = new CelStructs();
      CelType text = SimpleType.STRING;
      CelType device =
          structs.add(
              "kubernetes.DRADevice",
              Map.of(
                  "driver",
                  text,
                  "attributes",
                  MapType.create(text, MapType.create(text, SimpleType.DYN)),
                  "capacity",
                  MapType.create(text, MapType.create(text, QuantityFunctions.QUANTITY)),
                  "allowMultipleAllocations",
                  SimpleType.BOOL));
      CelBuilder builder = CelLibraries.base();
      builder.addCompilerLibraries(CelExtensions.bindings());
      return builder.addVar("device", device).setTypeProvider(structs).build();
    }
  }

  /**
   * @throws CelFailure telling all mistakes
   */
  public static DeviceSelector compile(String expression) throws CelFailure {
    return new DeviceSelector(
        CelEnvironment.compile(
            Environment.CEL,
            expression,
            SimpleType.BOOL::equals,
            "must evaluate to bool or the unknown type"));
  }

  /**
   * Whether it means the device.
   *
   * @param driver whose device it is, and the domain of attributes without one
   * @throws CelFailure when the expression has no value for the device
   */
  public boolean matches(String driver, Device device) throws CelFailure {
    Map<String, Object> value = new HashMap<>();
    value.put("driver", driver);
    value.put("attributes", attributes(driver, device));
    value.put("capacity", capacity(driver, device));
    value.put("allowMultipleAllocations", Boolean.TRUE.equals(device.allowMultipleAllocations()));
    Object verdict = program.evaluate(Map.of("device", value), new CelBudget(COST_MAX));
    if (verdict instanceof Boolean meant) {
      return meant;
    }
    throw new CelFailure(CelFailure.Kind.EVALUATION, "the selector gave no bool");
  }

  private static Domains attributes(String driver, Device device) throws CelFailure {
    Domains domains = new Domains();
    for (Map.Entry<String, DeviceAttribute> one : device.attributes().entrySet()) {
      domains.put(driver, one.getKey(), value(one.getKey(), one.getValue()));
    }
    return domains;
  }

  private static Object value(String name, DeviceAttribute attribute) throws CelFailure {
    Boolean bool = attribute.bool();
    Long number = attribute.intValue();
    if (number != null) {
      return number;
    }
    if (bool != null) {
      return bool;
    }
    if (attribute.version().isEmpty()) {
      return attribute.string();
    }
    return SemverFunctions.strict(attribute.version())
        .orElseThrow(() ->
            new CelFailure(
                CelFailure.Kind.EVALUATION,
                "attribute " + name + ": no semantic version: " + attribute.version()));
  }

  private static Domains capacity(String driver, Device device) {
    Domains domains = new Domains();
    for (Map.Entry<String, DeviceCapacity> one : device.capacity().entrySet()) {
      var amount = one.getValue().value();
      if (amount != null) {
        domains.put(driver, one.getKey(), new QuantityFunctions.Amount(amount.amount()));
      }
    }
    return domains;
  }

  /** Values by domain and name; a domain that is not there is empty. */
  private static final class Domains extends AbstractMap<String, Object> {
    private final Map<String, Map<String, Object>> byDomain = new LinkedHashMap<>();

    void put(String driver, String qualified, Object value) {
      int slash = qualified.indexOf('/');
      String domain = slash < 0 ? driver : qualified.substring(0, slash);
      byDomain
          .computeIfAbsent(domain, d -> new LinkedHashMap<>())
          .put(qualified.substring(slash + 1), value);
    }

    @Override
    public Object get(@Nullable Object domain) {
      Map<String, Object> values = byDomain.get(domain);
      return values == null ? Map.of() : values;
    }

    @Override
    public boolean containsKey(@Nullable Object domain) {
      return true;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
      return new LinkedHashMap<String, Object>(byDomain).entrySet();
    }
  }
}
