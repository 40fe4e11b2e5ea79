using System.Text.Json;
using System.Text.Json.Serialization;

namespace Relay.Api.Answers;

/// <summary>Writes an enum's member as its name in camel case.</summary>
internal sealed class CamelCaseEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
