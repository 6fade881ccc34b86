/** Tests of translations, objects as short YAML. */
@NullMarked
package dev.wherry.network.ingress.kinds;

import org.jspecify.annotations.NullMarked;
