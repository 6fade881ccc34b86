package dev.wherry.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases after apimachinery's resource/quantity_test.go. */
class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0n, 0",
    "0Ki, 0",
    "1, 1",
    "100m, 100m",
    "1000m, 1",
    "1500m, 1500m",
    "0.5, 500m",
    "1Ki, 1Ki",
    "1024Ki, 1Mi",
    "1.5Gi, 1536Mi",
    "1000, 1k",
    "1024, 1024",
    "10000k, 10M",
    "1e3, 1e3",
    "12e6, 12e6",
    "100e3, 100e3",
    "1E, 1E",
    "1E3, 1e3",
    ".5Mi, 512Ki",
    "1.2n, 2n",
    "0.0001Ki, 102400u",
    "-5, -5",
    "-1.5Gi, -1536Mi",
    "+7k, 7k",
    "9223372036854775807, 9223372036854775807",
    "99999999999999999999, 9223372036854775807",
    "4.1k, 4100",
    "500Ti, 500Ti",
    "2048Ei, 9223372036854775807"
  })
  void toString_anyNotation_isCanonical(String written, String canonical) {
    assertEquals(canonical, Quantity.parse(written).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1.2.3", "Mi", "1 Gi", "1ki", "1mi", "1ee3", "--1", "1KK", "1.1.Mi", "10i"})
  void parse_noQuantity_isRefused(String written) {
    assertThrows(IllegalArgumentException.class, () -> Quantity.parse(written));
  }

  @Test
  void value_fraction_roundsUp() {
    assertEquals(1, Quantity.parse("1m").value());
    assertEquals(1_500, Quantity.parse("1.5").milliValue());
    assertEquals(2_147_483_648L, Quantity.parse("2Gi").value());
  }

  @Test
  void equals_otherNotation_sameAmount() {
    assertEquals(Quantity.parse("1"), Quantity.parse("1000m"));
    assertEquals(Quantity.parse("1").hashCode(), Quantity.parse("1000m").hashCode());
    assertEquals("1536Mi", Quantity.parse("1Gi").plus(Quantity.parse("512Mi")).toString());
    assertEquals("-500m", Quantity.parse("1").minus(Quantity.parse("1500m")).toString());
  }
}
