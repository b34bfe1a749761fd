using System.Text.Json.Serialization;

namespace HoloLoom.Fast.Persistence;

/// <summary>The payload's JSON. Unknown members are skipped and missing ones keep their defaults, so that versions can add fields.</summary>
/// <remarks>Infinity is written by name: sums of finite latencies can overflow, and that must not make the state impossible to save.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StateSnapshot))]
internal sealed partial class StateJsonContext : JsonSerializerContext;
