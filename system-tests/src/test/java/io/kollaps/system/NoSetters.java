package io.kollaps.system;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** A record has no methods that change it: none is named like a setter. */
final class NoSetters extends ArchCondition<JavaClass> {
  NoSetters() {
    super("have no setters when they are records");
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    if (!type.isRecord()) {
      return;
    }
    for (JavaMethod method : type.getMethods()) {
      if (method.getName().matches("set[A-Z].*")) {
        events.add(SimpleConditionEvent.violated(method, method.getFullName() + " is a setter"));
      }
    }
  }
}
