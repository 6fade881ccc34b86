package dev.wherry.cli.client.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentsTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S,0s",
    "PT119S,119s",
    "PT2M,2m",
    "PT9M59S,9m59s",
    "PT10M30S,10m",
    "PT3H,3h",
    "PT7H59M,7h59m",
    "PT47H,47h",
    "PT49H,2d1h",
    "P8D,8d",
    "P729D,729d",
    "P731D,2y1d",
    "PT-5S,<invalid>"
  })
  void duration_anyLength_asKubectl(String iso, String text) {
    assertEquals(text, Moments.duration(Duration.parse(iso)));
  }

  @ParameterizedTest
  @CsvSource({
    "leaseDurationSeconds,Lease Duration Seconds",
    "apiVersion,API Version",
    "uid,UID",
    "podCIDR,Pod CIDR",
    "clusterIP,Cluster IP",
    "a.b,a.b"
  })
  void label_fieldName_asWords(String field, String label) {
    assertEquals(label, GenericPage.label(field));
  }
}
