package dev.wherry.scheduler.device;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.resource.v1.CELDeviceSelector;
import dev.wherry.model.resource.v1.Counter;
import dev.wherry.model.resource.v1.CounterSet;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceAttribute;
import dev.wherry.model.resource.v1.DeviceClaim;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.DeviceClassSpec;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.model.resource.v1.DeviceCounterConsumption;
import dev.wherry.model.resource.v1.DeviceRequest;
import dev.wherry.model.resource.v1.DeviceSelector;
import dev.wherry.model.resource.v1.DeviceSubRequest;
import dev.wherry.model.resource.v1.DeviceTaint;
import dev.wherry.model.resource.v1.ExactDeviceRequest;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimSpec;
import dev.wherry.model.resource.v1.ResourcePool;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.model.resource.v1.ResourceSliceSpec;
import dev.wherry.scheduler.framework.DeviceExpressions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Devices, slices, classes and claims in few words. */
public final class DeviceFixtures {
  public static final String DRIVER = "gpu.example.com";
  public static final String CLASS = "gpu";

  /** {@code NAME=VALUE} looks at an attribute of text; {@code fail} has no value. */
  public static final DeviceExpressions EXPRESSIONS =
      expression -> {
        if (expression.equals("nonsense")) {
          throw new DeviceExpressions.Failure("compilation failed");
        }
        return (driver, device) -> {
          if (expression.equals("fail")) {
            throw new DeviceExpressions.Failure("no such key: model");
          }
          String[] parts = expression.split("=", 2);
          DeviceAttribute attribute = device.attributes().get(parts[0]);
          return attribute != null && attribute.string().equals(parts[1]);
        };
      };

  private DeviceFixtures() {}

  public static Device device(String name) {
    return Device.builder().name(name).build();
  }

  public static Device device(String name, UnaryOperator<Device.Builder> more) {
    return more.apply(Device.builder().name(name)).build();
  }

  /** With attributes of text: name, value, name, value. */
  public static Device attributed(String name, String... namesAndValues) {
    Map<String, DeviceAttribute> attributes = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      attributes.put(
          namesAndValues[i], DeviceAttribute.builder().string(namesAndValues[i + 1]).build());
    }
    return device(name, d -> d.attributes(attributes));
  }

  public static Device tainted(String name, String key, String effect) {
    return device(
        name,
        d -> d.taints(List.of(DeviceTaint.builder().key(key).value("x").effect(effect).build())));
  }

  /** Takes so much of the counter {@code memory} of the set {@code card}. */
  public static Device partition(String name, String memory) {
    return device(
        name,
        d ->
            d.consumesCounters(
                List.of(
                    DeviceCounterConsumption.builder()
                        .counterSet("card")
                        .counters(Map.of("memory", counter(memory)))
                        .build())));
  }

  public static CounterSet card(String memory) {
    return CounterSet.builder().name("card").counters(Map.of("memory", counter(memory))).build();
  }

  private static Counter counter(String amount) {
    return Counter.builder().value(Quantity.parse(amount)).build();
  }

  /** A node's own pool of one slice. */
  public static ResourceSlice slice(String node, Device... devices) {
    return slice(node + "-slice", s -> s.nodeName(node), pool(node, 1, 1), devices);
  }

  public static ResourceSlice slice(
      String name,
      UnaryOperator<ResourceSliceSpec.Builder> where,
      ResourcePool pool,
      Device... devices) {
    ResourceSliceSpec.Builder spec =
        ResourceSliceSpec.builder().driver(DRIVER).pool(pool).devices(List.of(devices));
    return ResourceSlice.builder()
        .metadata(ObjectMeta.builder().name(name).build())
        .spec(where.apply(spec).build())
        .build();
  }

  public static ResourcePool pool(String name, long generation, long slices) {
    return ResourcePool.builder()
        .name(name)
        .generation(generation)
        .resourceSliceCount(slices)
        .build();
  }

  public static NodeSelector labelled(String key, String value) {
    NodeSelectorRequirement one =
        NodeSelectorRequirement.builder().key(key).operator("In").values(List.of(value)).build();
    return NodeSelector.builder()
        .nodeSelectorTerms(
            List.of(NodeSelectorTerm.builder().matchExpressions(List.of(one)).build()))
        .build();
  }

  public static DeviceClass deviceClass(String name, String... selectors) {
    return DeviceClass.builder()
        .metadata(ObjectMeta.builder().name(name).build())
        .spec(DeviceClassSpec.builder().selectors(selectors(selectors)).build())
        .build();
  }

  public static List<DeviceSelector> selectors(String... expressions) {
    List<DeviceSelector> all = new ArrayList<>();
    for (String expression : expressions) {
      all.add(
          DeviceSelector.builder()
              .cel(CELDeviceSelector.builder().expression(expression).build())
              .build());
    }
    return all;
  }

  /** A request for so many devices of the class {@link #CLASS}. */
  public static DeviceRequest request(String name, long count, String... selectors) {
    return exactly(name, r -> r.count(count).selectors(selectors(selectors)));
  }

  public static DeviceRequest exactly(String name, UnaryOperator<ExactDeviceRequest.Builder> how) {
    ExactDeviceRequest.Builder exact =
        ExactDeviceRequest.builder()
            .deviceClassName(CLASS)
            .allocationMode(DeviceAsk.EXACT_COUNT)
            .count(1L);
    return DeviceRequest.builder().name(name).exactly(how.apply(exact).build()).build();
  }

  public static DeviceRequest firstOf(String name, DeviceSubRequest... alternatives) {
    return DeviceRequest.builder().name(name).firstAvailable(List.of(alternatives)).build();
  }

  public static DeviceSubRequest alternative(String name, long count, String... selectors) {
    return DeviceSubRequest.builder()
        .name(name)
        .deviceClassName(CLASS)
        .allocationMode(DeviceAsk.EXACT_COUNT)
        .count(count)
        .selectors(selectors(selectors))
        .build();
  }

  public static DeviceConstraint match(String attribute, String... requests) {
    return DeviceConstraint.builder().matchAttribute(attribute).requests(List.of(requests)).build();
  }

  public static ResourceClaim claim(String name, DeviceRequest... requests) {
    return claim(name, DeviceClaim.builder().requests(List.of(requests)).build());
  }

  public static ResourceClaim claim(String name, DeviceClaim devices) {
    return ResourceClaim.builder()
        .metadata(
            ObjectMeta.builder()
                .namespace("default")
                .name(name)
                .uid("uid-" + name)
                .resourceVersion("1")
                .build())
        .spec(ResourceClaimSpec.builder().devices(devices).build())
        .build();
  }
}
