using System.Text.Json.Serialization;

namespace Relay.Api.Answers;

/// <summary>JSON that is written as it came. It was checked then.</summary>
/// <param name="Utf8">The text.</param>
[JsonConverter(typeof(RawJsonConverter))]
internal readonly record struct RawJson(ReadOnlyMemory<byte> Utf8);
