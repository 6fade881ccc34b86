package dev.wherry.kubelet.env;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpansionTest {
  @Test
  void expand_table_followsUpstream() {
    Map<String, String> values = Map.of("A", "1", "EMPTY", "", "NESTED", "$(A)");
    for (String[] row :
        new String[][] {
          {"$(A)", "1"},
          {"x$(A)y$(A)", "x1y1"},
          {"$$(A)", "$(A)"},
          {"$$$(A)", "$1"},
          {"$(UNKNOWN)", "$(UNKNOWN)"},
          {"$(EMPTY)", ""},
          {"$(NESTED)", "$(A)"},
          {"$A", "$A"},
          {"$", "$"},
          {"a$", "a$"},
          {"$(A", "$(A"},
          {"$()", "$()"},
          {"$i: $(data)", "$i: $(data)"},
          {"i=$((i+1))", "i=$((i+1))"},
        }) {
      assertEquals(row[1], Expansion.expand(row[0], values::get), row[0]);
    }
  }
}
