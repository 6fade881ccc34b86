package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiServerConfigTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, https://127.0.0.1:7443",
    "::, https://127.0.0.1:7443",
    "10.9.8.7, https://10.9.8.7:7443",
    "::1, https://[0:0:0:0:0:0:0:1]:7443",
  })
  void url_ofEachListenAddress_isReachableThere(String listen, String url) {
    assertEquals(url, ApiServerConfig.url(new InetSocketAddress(listen, 0), 7443).toString());
  }

  @Test
  void url_ofANameThatIsNoAddress_isRefusedByName() {
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 0);
    String why =
        assertThrows(IllegalArgumentException.class, () -> ApiServerConfig.url(nowhere, 1))
            .getMessage();
    assertEquals("nowhere.invalid is no address of this machine", why);
  }
}
