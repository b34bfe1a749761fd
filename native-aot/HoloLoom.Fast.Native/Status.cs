namespace HoloLoom.Fast.Native;

/// <summary>What calls return, as the header has it. Answers of recording are <see cref="RecordResult"/>.</summary>
internal static class Status
{
    public const int Ok = 0;
    public const int Argument = -1;
    public const int Handle = -2;
    public const int Config = -3;
    public const int Utf8 = -4;
    public const int NoBackend = -5;
    public const int Offsets = -6;
    public const int Range = -7;
    public const int Buffer = -8;
    public const int State = -9;
    public const int Internal = -11;
}
