package dev.wherry.apiserver.cel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Quantity;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceAttribute;
import dev.wherry.model.resource.v1.DeviceCapacity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases of upstream's dynamic-resource-allocation/cel compile_test.go. */
class DeviceSelectorTest {
  private static final String DRIVER = "dra.example.com";
  private static final Device DEVICE =
      Device.builder()
          .name("d")
          .attributes(
              Map.of(
                  "name",
                  DeviceAttribute.builder().string("fish").build(),
                  "count",
                  DeviceAttribute.builder().intValue(4L).build(),
                  "fast",
                  DeviceAttribute.builder().bool(true).build(),
                  "version",
                  DeviceAttribute.builder().version("1.2.3").build(),
                  "other.example.com/name",
                  DeviceAttribute.builder().string("bird").build()))
          .capacity(Map.of("memory", DeviceCapacity.builder().value(Quantity.parse("8Gi")).build()))
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          device.driver == "dra.example.com"                                        | true
          device.attributes["dra.example.com"].name == "fish"                       | true
          device.attributes["dra.example.com"].name == "bird"                       | false
          device.attributes["other.example.com"].name == "bird"                     | true
          device.attributes["dra.example.com"].count > 3                            | true
          device.attributes["dra.example.com"].fast                                 | true
          device.attributes["dra.example.com"].version.isGreaterThan(semver("1.2.0")) | true
          device.attributes["dra.example.com"].version.isLessThan(semver("1.2.0"))  | false
          "name" in device.attributes["dra.example.com"]                            | true
          "size" in device.attributes["dra.example.com"]                            | false
          "name" in device.attributes["unknown.example.com"]                        | false
          has(device.attributes["unknown.example.com"].name)                        | false
          device.capacity["dra.example.com"].memory.compareTo(quantity("8Gi")) == 0 | true
          device.capacity["dra.example.com"].memory.isLessThan(quantity("4Gi"))     | false
          cel.bind(dra, device.attributes["dra.example.com"], dra.fast && dra.count == 4) | true
          device.allowMultipleAllocations                                           | false
          """)
  void matches_expression_saysAsUpstream(String expression, boolean meant) throws CelFailure {
    assertEquals(meant, DeviceSelector.compile(expression).matches(DRIVER, DEVICE));
  }

  @Test
  void compile_mistake_isTold() {
    assertTrue(
        assertThrows(CelFailure.class, () -> DeviceSelector.compile("device.driver ==="))
            .text()
            .startsWith("compilation failed"));
    assertEquals(
        "must evaluate to bool or the unknown type",
        assertThrows(CelFailure.class, () -> DeviceSelector.compile("device.driver")).text());
  }

  @Test
  void matches_missingAttribute_isAFailure() throws CelFailure {
    DeviceSelector selector =
        DeviceSelector.compile("device.attributes[\"dra.example.com\"].size == 1");
    assertThrows(CelFailure.class, () -> selector.matches(DRIVER, DEVICE));
  }
}
