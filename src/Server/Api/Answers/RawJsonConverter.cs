using System.Text.Json;
using System.Text.Json.Serialization;

namespace Relay.Api.Answers;

/// <inheritdoc cref="RawJson"/>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("It is only written.");

    /// <remarks>The text is possibly nested deeper than the writer would let pass.</remarks>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
