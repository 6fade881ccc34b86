@NullMarked
package dev.wherry.network.bandwidth;

import org.jspecify.annotations.NullMarked;
