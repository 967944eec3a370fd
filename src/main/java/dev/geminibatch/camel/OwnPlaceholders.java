package dev.geminibatch.camel;

import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/**
 * The environment has been taken into account already, in the form in which people write it; Camel
 * would put {@code 10s} where a route needs milliseconds.
 */
final class OwnPlaceholders extends MainListenerSupport {
  @Override
  public void beforeInitialize(BaseMainSupport main) {
    PropertiesComponent placeholders =
        (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
    placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
  }
}
